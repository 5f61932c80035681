"""What the server is configured to be; its answers are in test_serve.py."""

import subprocess
import sys

from dosing.interfaces import server


def test_headers_allow_nothing_from_outside():
    policy = server.HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_messages_are_escaped():
    assert "<b>" not in server.page("<b>title</b>", "text")


def test_kernels_run_apart_from_the_users_configuration():
    command = server.kernel_command()
    assert command[:2] == [sys.executable, "-I"]
    assert "--HistoryManager.enabled=False" in command


def test_importing_it_loads_no_server():
    code = (
        "import sys, dosing.interfaces.server as _;"
        "sys.exit('voila' in sys.modules or 'tornado' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
