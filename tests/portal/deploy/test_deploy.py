"""The sample configurations, with the programs that they are for: nginx serves the files, and goes on without us."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from threading import Thread

import httpx
import pytest
from waitress import wasyncore
from waitress.server import create_server

from content.base import local_date, now
from portal import deploy
from portal.cli import main
from portal.headers import safety
from portal.published.store import stores
from portal.settings import Settings

pytestmark = pytest.mark.nodatabase
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
PAGE = "<!DOCTYPE html><title>关于供水管网改造的通知</title>".encode() * 20
ENDING = ("/gsgg/", "/gsgg/2.html", "/doc/2026/7.html", "/feeds/column/gsgg.rss")  # what names a period that ends
PATHS = ("/", "/zwgk/zcwj/", "/zwgk/zcwj/3.html", "/doc/2026/1.html", "/feeds/latest.rss")
MAIN = """{user}daemon off; pid {folder}/pid; error_log {folder}/error.log warn; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; include {folder}/nginx.conf;
}}"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Upstream:
    """Stands for the application: notes what it is asked for."""

    def __init__(self, port):
        self.asked, self.map = [], {}
        self.server = create_server(self, map=self.map, host="127.0.0.1", port=port, threads=1,
                                    clear_untrusted_proxy_headers=False)
        self.thread = Thread(target=self.server.run)
        self.thread.start()

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        start_response("200 OK", [("Content-Type", "text/plain"), ("X-Frame-Options", "DENY")])
        return [b"made anew"]

    def stop(self):
        if self.thread.is_alive():
            self.server.trigger.pull_trigger(lambda: wasyncore.close_all(self.map))
            self.thread.join()
            self.server.task_dispatcher.shutdown()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An instance with pages in two languages, an attachment, a feed and the page of an error."""
    home = tmp_path_factory.mktemp("instance")
    zh, en = stores(home).values()
    for path in (*PATHS, "/feeds/latest.json"):
        zh.write(path, PAGE + path.encode())
    today = local_date(now())
    for path in (*ENDING, "/doc/2026/7/files/8/名单.csv"):
        zh.write(path, PAGE + path.encode(), today + dt.timedelta(days=3))
    zh.open(today, today + dt.timedelta(days=3))
    zh.write("/doc/2026/1/files/5/名单.csv", PAGE)
    zh.write("/doc/2026/1/files/6/图 1.png", PAGE)
    zh.write_error(503, "稍后再试".encode() * 100)
    zh.write_error(413, "内容太大".encode())
    zh.write("/doc/2026/1/card", PAGE + b"card")
    en.write("/", b"English")
    (home / "settings.toml").write_text('base_url = "https://www.qingyuan.example"\nupload_megabytes = 1\n')
    return home


@pytest.fixture(scope="module")
def settings(home):
    return Settings.load(home)


@pytest.fixture(scope="module")
def nginx(home, settings, tmp_path_factory):
    """nginx before an application: `(client, upstream)`."""
    if NGINX is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is not installed")
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    folder, port, behind = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    settings.values["port"] = behind
    text = deploy.filled("nginx", settings, deploy.Place(port))["nginx.conf"]
    (folder / "nginx.conf").write_text(text.replace("/var/log/nginx", str(folder))
                                       .replace(" buffer=64k flush=2s", ""))
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "main.conf").write_text(MAIN.format(folder=folder, user=user))
    tried = subprocess.run([NGINX, "-t", "-c", str(folder / "main.conf")], capture_output=True, text=True)
    assert tried.returncode == 0 and "warn" not in tried.stderr, tried.stderr
    upstream = Upstream(behind)
    process = subprocess.Popen([NGINX, "-c", str(folder / "main.conf")], stderr=subprocess.DEVNULL)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        _wait(client)
        client.log = folder / "gongkai.log"
        yield client, upstream
    process.terminate()
    process.wait()
    upstream.stop()


def _wait(client):
    for _turn in range(100):
        try:
            return client.get("/")
        except httpx.ConnectError:
            time.sleep(0.05)
    raise TimeoutError("nginx does not listen")


@pytest.fixture
def visit(nginx):
    """`visit(path, cookie="", **headers)`: the answer, and whether the application was asked."""
    client, upstream = nginx

    def go(path, method="GET", cookie="", **headers):
        before = len(upstream.asked)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = client.request(method, path, headers=told | ({"Cookie": cookie} if cookie else {}))
        return answer, len(upstream.asked) > before
    return go


def test_files_go_out_without_the_application(visit, settings):
    for path in PATHS:
        page, asked = visit(path)
        assert page.content == PAGE + path.encode() and not asked and page.headers["Content-Encoding"] == "gzip"
        assert {name: page.headers[name] for name in safety(settings)} == safety(settings)
        assert page.headers["Cache-Control"] == "no-cache" and page.headers["ETag"] and page.headers["Last-Modified"]
        vary = page.headers["Vary"]
        assert "Cookie" in vary and "Accept-Encoding" in vary
        assert visit(path, If_None_Match=page.headers["ETag"])[0].status_code == 304
    assert page.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert visit("/")[0].headers["Content-Type"] == "text/html; charset=utf-8"
    assert visit("/feeds/latest.json")[0].headers["Content-Type"] == "application/feed+json; charset=utf-8"
    assert visit("/", cookie="lang=en")[0].text == "English"
    card, asked = visit("/doc/2026/1/card")
    assert card.content == PAGE + b"card" and not asked and card.headers["Content-Type"] == "text/html; charset=utf-8"
    assert visit("/doc/2026/9/card")[1]
    assert visit("/static/site.css")[0].headers["Content-Type"].startswith("text/css")


def test_attachments_are_named_and_sent_in_parts(visit):
    whole, asked = visit("/doc/2026/1/files/5/%E5%90%8D%E5%8D%95.csv")
    assert not asked and whole.content == PAGE and whole.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert whole.headers["Content-Disposition"] == (
        "attachment; filename=\"file-5.csv\"; filename*=UTF-8''%E5%90%8D%E5%8D%95.csv")
    part, _asked = visit("/doc/2026/1/files/6/%E5%9B%BE%201.png", Range="bytes=3-8", Accept_Encoding="identity")
    assert part.status_code == 206 and part.content == PAGE[3:9]
    assert part.headers["Content-Disposition"].startswith('inline; filename="file-6.png"')


def test_what_ends_is_a_file_behind_the_door_of_today_and_no_longer(visit, home, nginx):
    store, today = stores(home)["zh"], local_date(now())
    attached = "/doc/2026/7/files/8/%E5%90%8D%E5%8D%95.csv"
    for path in ENDING:
        page, asked = visit(path)
        assert not asked and page.content == PAGE + path.encode() and page.headers["Content-Encoding"] == "gzip"
        assert page.headers["Cache-Control"] == "no-cache" and page.headers["ETag"]
        assert visit(path, method="POST")[1]
    assert page.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    file, asked = visit(attached)
    assert not asked and file.headers["Content-Disposition"].startswith("attachment; filename=")
    for path in ("/_ending/gsgg/index.html", "/_partial/x", f"/_days/{today}/gsgg/index.html", f"/_days/{today}/gsgg/"):
        assert visit(path)[0].status_code == 404
    store.shut(today)
    for path in (*ENDING, attached):
        page, asked = visit(path)
        assert asked and page.text == "made anew"
    store.open(today, today + dt.timedelta(days=3))


@pytest.mark.parametrize(("path", "more"), [
    ("/", {"method": "POST"}), ("/?q=1", {}), ("/", {"cookie": "gongkai=signed"}), ("/", {"cookie": "variant=elder"}),
    ("/search", {}), ("/zwgk/", {}), ("/doc/2026/2.html", {}), ("/.partial-x", {}),
    ("/zwgk/%2e%2e/%2e%2e/settings.toml", {}), ("/doc/2026/1/files/5/..%2f..%2f1.html", {}),
    ("/static/../settings.toml", {}), ("/%00", {})])
def test_everything_else_is_the_applications(visit, path, more):
    answer, asked = visit(path, **more)
    assert (asked and answer.text == "made anew") or answer.status_code in (400, 404)
    assert "title" not in answer.text or answer.status_code == 400
    if asked:
        assert answer.headers.get_list("X-Frame-Options") == ["DENY"]


def test_no_door_but_that_of_today_leads_to_what_ends(visit, home):
    """Not even the address of the folder itself, in which the home page lies when it names a period."""
    hidden = home / "site" / "_ending" / "index.html"
    hidden.write_bytes(PAGE)
    for path in ("/_ending", "/_ending/", "/_days", "/_partial", "/metrics"):
        answer, asked = visit(path)
        assert answer.status_code == 404 and not asked, path
    hidden.unlink()
    folder, _asked = visit("/doc/2026")
    assert folder.headers["Location"] == "/doc/2026/"  # wherever it was asked for


def test_pages_of_errors_are_no_addresses_and_much_is_refused(visit, nginx):
    assert visit("/_errors/503.html")[0].status_code == 404
    client, upstream = nginx
    for path in ("/apply/new", "/doc/case-12345678", "/feeds/12345678", "/12345678/"):
        much = client.post(path, content=b"x" * 1_100_000)
        assert much.status_code == 413 and "内容太大" in much.text, path
    visit("/doc/2026/1/files/9/%E5%90%8D%E5%8D%95.pdf")
    visit("/opinion/abcdefghijklmnopqrstuvwxyz")
    assert upstream.asked[-1]["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
    assert upstream.asked[-1]["HTTP_X_FORWARDED_PROTO"] == "http"
    time.sleep(0.1)
    logged = client.log.read_text()
    assert "abcdefg" not in logged and "127.0.0.1" not in logged and "/files/9/... " in logged
    assert "12345678" not in logged and not logged.count("?")


def test_with_the_application_stopped_everything_published_is_still_there(visit, nginx, settings, home):
    nginx[1].stop()
    assert visit("/", cookie="lang=en")[0].text == "English"
    for more in ({}, {"cookie": "gongkai=signed"}, {"cookie": "variant=kiosk"}, {"cookie": "lang=en"}):
        for path in (*PATHS, "/doc/2026/1.html?from=wechat")["lang" in str(more):]:
            page, _asked = visit(path, **more)
            assert page.status_code == 200 and page.content == PAGE + path.partition("?")[0].encode()
    for path in ENDING:
        assert visit(path)[0].content == PAGE + path.encode()
    stores(home)["zh"].shut(local_date(now()))
    for path in ENDING:
        page = nginx[0].get(path, follow_redirects=True)
        assert page.status_code == 503 and "稍后再试" in page.text
    newest, _asked = visit("/zwgk/zcwj/4.html")
    assert newest.status_code == 302 and newest.headers["Location"] == "/zwgk/zcwj/"
    file, _asked = visit("/doc/2026/1/files/5/%E5%90%8D%E5%8D%95.csv", cookie="gongkai=signed")
    assert file.content == PAGE and file.headers["Content-Disposition"].startswith("attachment;")
    for path, more in (("/search?q=1", {}), ("/desk", {}), ("/", {"method": "POST"}), ("/zwgk/zcwj/?page=2", {}),
                       ("/doc/2026/9.html", {}), ("/apply/new", {"cookie": "lang=en"})):
        page, _asked = visit(path, **more)
        assert page.status_code == 503 and "稍后再试" in page.text and page.headers["Retry-After"] == "60", path
        assert {name: page.headers[name] for name in safety(settings)} == safety(settings)


def test_tls_is_asked_for_and_http_leads_to_it(home):
    settings = Settings.load(home)
    settings.values.update(behind_tls=True, accepted_hosts="m.qingyuan.example *")
    text = deploy.filled("nginx", settings, deploy.Place(certificate="/c.pem"))["nginx.conf"]
    assert "listen 443 ssl" in text and "ssl_certificate /c.pem;" in text and "Strict-Transport-Security" in text
    assert "return 301 https://www.qingyuan.example$request_uri;" in text  # whatever name somebody made up
    assert "server_name www.qingyuan.example qingyuan.example m.qingyuan.example;" in text and "@{" not in text


def test_nginx_answers_under_every_name_under_which_the_portal_does(home):
    settings = Settings.load(home)
    named = dataclasses.replace(settings, site=dataclasses.replace(settings.site, domain="www.qy.example"))
    text = deploy.filled("nginx", named, deploy.Place())["nginx.conf"]
    assert "server_name www.qingyuan.example qingyuan.example qy.example www.qy.example;" in text


def test_units_are_what_systemd_takes(home, capsys, tmp_path):
    assert main(["--home", str(home), "deploy", "systemd", "--into", str(tmp_path)]) == 0
    units = sorted(capsys.readouterr().out.split())
    assert main(["--home", str(home), "deploy", "systemd", "--into", str(tmp_path)]) == 2
    assert "is there already" in capsys.readouterr().err
    for unit in units:
        text = Path(unit).read_text(encoding="utf-8")
        assert f"ReadWritePaths={home}" in text and "NoNewPrivileges=yes" in text and "@{" not in text
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    told = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    assert not [line for line in told.stderr.splitlines() if str(tmp_path) in line], told.stderr


def test_containers_are_printed(home, capsys):
    assert main(["--home", str(home), "deploy", "container"]) == 0
    text = capsys.readouterr().out
    assert "# ---- Containerfile" in text and "FROM " in text and "services:" in text and "@{" not in text
    assert "GONGKAI_HOST_NAME: portal" in text.partition("web: &portal")[2]  # and so the worker, which takes it over
