"""What a connection is told; the answers to requests are in test_serve.py."""

import logging
from types import SimpleNamespace

from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from dosing.interfaces.handlers import Channels, Doorman


def test_a_page_is_asked_whether_it_is_there_by_one_clock_only(monkeypatch):
    protocol = SimpleNamespace(params=SimpleNamespace(ping_interval=10_000))
    monkeypatch.setattr(
        VoilaKernelWebsocketHandler, "get_websocket_protocol", lambda self: protocol
    )
    assert Channels.get_websocket_protocol(object.__new__(Channels)) is protocol
    assert protocol.params.ping_interval == 0


def test_an_unknown_protocol_is_left_to_be_refused(monkeypatch):
    monkeypatch.setattr(VoilaKernelWebsocketHandler, "get_websocket_protocol", lambda self: None)
    assert Channels.get_websocket_protocol(object.__new__(Channels)) is None


def test_only_the_whole_token_opens():
    door = Doorman(token="a token of ours")
    typed = {"a token of our": False, "": False, "a token of ours": True}
    for word, opens in typed.items():
        handler = SimpleNamespace(
            get_argument=lambda name, default="", word=word: word, log=logging.getLogger("test")
        )
        assert (door.process_login_form(handler) is not None) is opens
