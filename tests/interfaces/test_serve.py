"""The server of the dashboards: what it refuses, and to whom it answers."""

import argparse
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from urllib.parse import quote, urlencode

import pytest

from dosing.interfaces import serve
from dosing.interfaces.options import ServeError, Serving, panels
from dosing.interfaces.server import kernel_command
from dosing.knowledge.library import load
from dosing.lint.site import lint_library
from tests.browser_support import DATA, ROOT, TOKEN, serving

SITE = ROOT / "docs" / "site-example"


def ask(server, path="/", method="GET", body=None, **headers):
    """One request, with the path exactly as given; status, headers and text."""
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    link.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = link.getresponse()
    text = answer.read().decode(errors="replace")
    link.close()
    return answer.status, answer.headers, text


def cookies(headers):
    return "; ".join(line.split(";")[0] for line in headers.get_all("Set-Cookie", []))


@pytest.fixture(scope="module")
def server():
    with serving(DATA / "probe.ipynb", max_sessions=1) as server:
        yield server


@pytest.fixture(scope="module")
def login(server):
    """The cookie of a reader who came by the printed link."""
    status, headers, _ = ask(server, f"/?token={TOKEN}")
    assert status == 302
    assert headers["Location"] == "/"
    return cookies(headers)


# Without a server


def test_the_command_line_stays_light():
    heavy = {"voila", "tornado", "ipywidgets", "anywidget", "jupyter_core"}
    code = f"import sys, dosing.interfaces.serve; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def options(*words):
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    return parser.parse_args(words)


def test_the_defaults_are_locked():
    given = options()
    assert (given.notebook, given.host, given.port) == ("dashboard", None, None)
    assert (given.share, given.max_sessions, given.idle, given.pool) == (False, 12, 900, 1)


def test_only_listed_notebooks_are_offered():
    with pytest.raises(SystemExit):
        options("--notebook", "../secret")
    with pytest.raises(ServeError, match="there are dashboard, titrate"):
        serve.serve(Serving(notebook="../secret"))


def test_a_notebook_that_is_not_there_is_refused():
    with pytest.raises(ServeError, match="not installed"):
        serve.serve(Serving(notebook=DATA / "none.ipynb"))


def test_what_is_not_installed_is_said(monkeypatch):
    monkeypatch.setattr("dosing.interfaces.options.NEEDED", ("no_such_module",))
    with pytest.raises(ServeError, match=r"no_such_module is not installed: .*dosing\[app\]"):
        serve.serve(Serving())


def test_help_offers_the_panels_that_are_installed(capsys):
    with pytest.raises(SystemExit):
        options("--help")
    said = capsys.readouterr().out
    assert "titrate" in said
    assert "protocols" not in said


def faulty(folder):
    """A hospital's folder with one fault in a protocol, and one in its profile."""
    shutil.copytree(SITE, folder)
    protocol = folder / "protocols" / "argatroban_example_hospital.toml"
    text = protocol.read_text("utf-8")
    protocol.write_text(text.replace("factor = 1.2", "factor = 0.5", 1), "utf-8")
    assert protocol.read_text("utf-8") != text
    return folder


def test_a_faulty_site_is_refused_before_a_port_is_bound(tmp_path, monkeypatch):
    monkeypatch.setenv("DOSING_SITE", str(faulty(tmp_path / "site")))
    monkeypatch.setattr(serve, "_bind", lambda host, port: pytest.fail("a port was bound"))
    with pytest.raises(ServeError) as refused:
        serve.serve(Serving())
    said = str(refused.value)
    assert "protocols/argatroban_example_hospital.toml: " in said
    for wish in lint_library(load(os.environ["DOSING_SITE"])):
        assert wish in said


@pytest.mark.parametrize("broken", ["no folder", "not readable", "a fault"])
def test_the_command_ends_with_2_and_says_why(tmp_path, broken, monkeypatch, capsys):
    site = tmp_path / "site"
    if broken == "a fault":
        faulty(site)
    elif broken == "not readable":
        site.mkdir()
        (site / "site.toml").write_text("title = \n", "utf-8")
    monkeypatch.setenv("DOSING_SITE", str(site))
    assert serve.run(options("--no-browser", "--port", "0")) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("dosing serve: nothing is served, because the hospital's folder")
    assert {"no folder": "there is no folder", "not readable": "site.toml: line 1, column 9",
            "a fault": "argatroban_example_hospital.toml: "}[broken] in err  # fmt: skip


def test_sharing_without_a_password_ends_the_command(monkeypatch, capsys):
    monkeypatch.delenv("DOSING_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115
    assert serve.run(options("--share")) == 2
    assert "set DOSING_PASSWORD" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(server):
    with pytest.raises(ServeError, match=f"cannot listen on 127.0.0.1 port {server.port}"):
        serve._bind("127.0.0.1", server.port)


@pytest.mark.parametrize(
    ("share", "host", "answered"),
    [
        (False, "localhost", True),
        (False, "127.0.0.1", True),
        (False, "10.0.0.5", False),
        (False, "evil.example", False),
        (False, "localhost.evil.example", False),
        (True, "10.0.0.5", True),
        (True, "WARD-PC", True),
        (True, "evil.example", False),
        (True, "10.0.0.5.evil.example", False),
    ],
)
def test_which_host_names_are_answered(share, host, answered):
    pattern = serve._host_pattern(share, ["0.0.0.0", "ward-pc"])
    assert bool(re.match(pattern, host)) is answered


def test_kernels_get_no_configuration_and_no_password(monkeypatch):
    monkeypatch.setenv("PYTHONSTARTUP", "/home/someone/start.py")
    monkeypatch.setenv("DOSING_PASSWORD", "a secret of ours")
    before = dict(os.environ)
    with serve._private_environment():
        assert not {"PYTHONSTARTUP", "DOSING_PASSWORD"} & set(os.environ)
        assert os.environ["JUPYTER_NO_CONFIG"] == "1"
        private = os.environ["IPYTHONDIR"]
    assert dict(os.environ) == before
    assert not os.path.exists(os.path.dirname(private))
    assert kernel_command()[:2] == [sys.executable, "-I"]


def test_each_panel_that_is_installed_has_an_address():
    with serve._pages(DATA / "probe.ipynb") as pages:
        assert set(pages) == {"/"} | {f"/{p}" for p in panels()}
        assert len(pages) > 5
        assert all(os.path.isfile(file) for file in pages.values())


# With one


def test_nobody_enters_without_the_token(server):
    for path in ("/", "/?token=wrong", "/?template=nope"):
        status, headers, _ = ask(server, path)
        assert (status, headers["Location"]) == (302, "/login?next=%2F")
    status, _, text = ask(server, "/login?next=%2F")
    assert status == 200
    assert '<label for="secret">Token</label>' in text
    assert server.sessions() == 0


def test_the_token_does_not_stay_in_the_address(server, login):
    assert login.startswith("username-")
    status, headers, _ = ask(server, f"/?token={TOKEN}&template=nope", Cookie=login)
    assert (status, headers["Location"]) == (302, "/")
    for line in ask(server, f"/?token={TOKEN}")[1].get_all("Set-Cookie"):
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "expires" not in line.lower()


def test_logging_in_by_form(server):
    _, headers, text = ask(server, "/login?next=%2F")
    form = {"_xsrf": re.search(r'name="_xsrf" value="([^"]+)"', text)[1]}
    head = {"Cookie": cookies(headers), "Content_Type": "application/x-www-form-urlencoded"}

    def post(path="/login?next=%2F", **fields):
        return ask(server, path, "POST", urlencode(form | fields), **head)

    status, headers, text = post(password="wrong")
    assert status == 401
    assert "That is not right." in text
    assert "username" not in cookies(headers)
    status, headers, _ = post(password=TOKEN)
    assert (status, headers["Location"]) == (302, "/")
    assert "username" in cookies(headers)
    status, headers, _ = post("/login?next=" + quote("//evil.example/"), password=TOKEN)
    assert (status, headers["Location"]) == (302, "/")
    form["_xsrf"] = "made up"
    assert post(password=TOKEN)[0] == 403


@pytest.mark.parametrize("path", ["/", "/healthz", "/login", "/voila/static/voila.js"])
def test_a_foreign_host_is_refused(server, login, path):
    for host in ("evil.example", f"evil.example:{server.port}", "10.1.2.3"):
        status, _, text = ask(server, path, Host=host, Cookie=login)
        assert status == 403
        assert "Not allowed" in text


def test_a_foreign_origin_gets_no_socket(server, login):
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Origin": "http://evil.example",
        "Cookie": login,
    }
    kernel = "0" * 8 + "-0000-0000-0000-" + "0" * 12
    assert ask(server, f"/api/kernels/{kernel}/channels", **upgrade)[0] in (403, 404)


HIDDEN = [
    "/probe.ipynb",
    "/dashboard.ipynb",
    "/serve.py",
    "/voila/files/probe.ipynb",
    "/voila/files/guard.css",
    "/voila/tree",
    "/voila/render/probe.ipynb",
    "/voila/api/contents",
    "/api/kernels",
    "/api/contents",
    "/tree",
    "/../probe.ipynb",
    "/%2e%2e/%2e%2e/pyproject.toml",
    "/..%2f..%2fpyproject.toml",
    "/voila/static/../../../../../../etc/passwd",
    "/voila/static/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/voila/templates/dosing/static/../index.html.j2",
    "/voila/templates/dosing/static/..%2findex.html.j2",
    "/voila/templates/dosing/static/%2e%2e/conf.json",
    "/voila/templates/lab/static/index.css",
    "/voila/templates/../static/x",
    "/voila/labextensions/anywidget/../../../../etc/passwd",
    "/voila/labextensions/anywidget/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/voila/labextensions/jupyterlab_pygments/package.json",
    "//etc/passwd",
    "/nothing",
]


@pytest.mark.parametrize("path", HIDDEN)
def test_nothing_but_the_pages_is_served(server, login, path):
    status, _, text = ask(server, path, Cookie=login)
    assert status in (400, 403, 404), (status, text[:200])
    assert "root:" not in text
    assert "Traceback" not in text
    assert "cell_type" not in text


@pytest.mark.parametrize("path", ["/healthz", "/login", "/nothing", "/voila/static/voila.js"])
def test_every_answer_carries_the_policy(server, path):
    _, headers, _ = ask(server, path)
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not headers["Access-Control-Allow-Origin"]
    assert not headers["Server"]


def test_health_is_told_to_anyone_and_starts_nothing(server):
    status, headers, text = ask(server, "/healthz")
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert json.loads(text)["status"] == "ok"


def test_a_page_ends_its_kernel_and_the_next_reader_waits_politely(server, login):
    status, headers, text = ask(server, "/?template=nope&theme=nope", Cookie=login)
    assert status == 200
    assert headers["Cache-Control"].startswith("no-cache, no-store")
    assert "dosing/static/page.css" in text
    assert "import datetime" not in text
    assert server.sessions() == 1

    status, headers, full = ask(server, "/", Cookie=login)
    assert (status, headers["Retry-After"]) == (503, "60")
    assert "All sessions are in use" in full

    kernel = re.search(r'"kernelId":\s*"([^"]+)"', text)[1]
    xsrf = cookies(headers)
    assert xsrf.startswith("_xsrf=")
    end = f"/voila/api/shutdown/{kernel}"
    assert ask(server, end, "POST", "", Cookie=login)[0] == 403
    assert ask(server, end, "POST", "", Cookie=xsrf)[0] in (302, 403)
    assert server.sessions() == 1
    body = urlencode({"_xsrf": xsrf.removeprefix("_xsrf=").strip('"')})
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert ask(server, end, "POST", body, Cookie=f"{login}; {xsrf}", **form)[0] == 204
    assert server.sessions() == 0


def test_a_notebook_that_fails_says_so_in_plain_words(tmp_path):
    notebook = json.loads((DATA / "probe.ipynb").read_text())
    notebook["cells"][0]["source"] = ["raise RuntimeError('a secret of the program')"]
    broken = tmp_path / "broken.ipynb"
    broken.write_text(json.dumps(notebook))
    with serving(broken) as server:
        status, _, text = ask(server, "/", Authorization=f"token {TOKEN}")
        log = server.log()
    assert status == 200
    assert "because of a fault in the program. No dose can be shown." in text
    assert "secret" not in text
    assert "show_tracebacks" not in text
    assert "a secret of the program" in log


def test_sharing_asks_for_the_password_and_no_token():
    with serving(
        DATA / "probe.ipynb", host="127.0.0.1", share=True, password="correct horse"
    ) as server:
        assert "The connection is not encrypted" in server.log()
        assert "token" not in server.log()
        assert "correct horse" not in server.log()
        assert ask(server, f"/?token={TOKEN}")[0] == 302
        assert ask(server, "/?token=")[0] == 302
        _, headers, text = ask(server, "/login")
        assert '<label for="secret">Password</label>' in text
        form = {"_xsrf": re.search(r'name="_xsrf" value="([^"]+)"', text)[1]}
        head = {"Cookie": cookies(headers), "Content_Type": "application/x-www-form-urlencoded"}
        for word, status in (("", 401), ("correct hors", 401), ("correct horse", 302)):
            answer = ask(server, "/login", "POST", urlencode(form | {"password": word}), **head)
            assert answer[0] == status
        assert ask(server, "/healthz", Host="10.0.0.5")[0] == 200
        assert ask(server, "/healthz", Host="evil.example")[0] == 403
