"""Firefox and WebKitGTK on the site that ``nox -s docs`` left, each driven by its own WebDriver.

``nox -s engines`` runs these tests. The browsers are the system's: Debian calls them firefox-esr and
webkit2gtk-driver. WebKit's needs a screen, for which xvfb stands in.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

WINDOW = {"x": 0, "y": 0, "width": 1280, "height": 900}
PATIENCE = 60  # seconds for a start or a script: the longest page is laid out in one
TALLEST = 16_000  # of a picture by WebKit, which leaves black what lies further down


class Firefox:
    """The system's Firefox without a window, by Marionette: JSON on a socket, each with its length before it.

    Firefox speaks WebDriver itself through a program that Debian lacks; Mozilla's own client needs modules
    that Python dropped in 3.13.
    """

    def __init__(self, folder):
        settings = 'user_pref("marionette.port", 0);\n'  # any that is free; the profile then says which
        (folder / "user.js").write_text(settings, encoding="utf-8")
        command = [program("firefox-esr", "firefox"), "--headless", "--marionette", "--profile", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = patiently((folder / "MarionetteActivePort").read_text)
        self.socket = socket.create_connection(("127.0.0.1", int(port)), 2 * PATIENCE)
        self.stream = self.socket.makefile("rwb")
        self.received()  # its greeting
        self.ask("NewSession")
        self.ask("SetTimeouts", script=1000 * PATIENCE)
        self.ask("SetWindowRect", **WINDOW)

    def received(self):
        """Return the next message."""
        length = b""
        while (digit := self.stream.read(1)) != b":":
            length += digit
        return json.loads(self.stream.read(int(length)))

    def ask(self, command, **parameters):
        """Return the answer to a command."""
        message = json.dumps([0, 1, f"WebDriver:{command}", parameters]).encode()
        self.stream.write(b"%d:%b" % (len(message), message))
        self.stream.flush()
        _, _, error, answer = self.received()
        assert error is None, error
        return answer.get("value", answer)

    def open(self, address):
        """Open a page."""
        self.ask("Navigate", url=address)

    def run(self, script):
        """Run a script that calls its last argument, and return what with."""
        return self.ask("ExecuteAsyncScript", script=script, args=[], sandbox=None)

    def picture(self, *, full=False):
        """Return a picture of what is in sight, or of the whole page."""
        return base64.b64decode(self.ask("TakeScreenshot", full=full))

    def close(self):
        """End the browser."""
        with self.process, self.socket, self.stream:
            self.process.terminate()


class WebKit:
    """The small browser of WebKitGTK by its driver, on a screen that nobody sees."""

    def __init__(self, folder):
        size = f"{WINDOW['width']}x{WINDOW['height']}x24"
        command = [program("Xvfb"), "-displayfd", "1", "-screen", "0", size]
        self.screen = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        # Neither root nor a container has a sandbox to give, and what is shown are our own pages.
        own = {"DISPLAY": f":{self.screen.stdout.readline().strip()}", "HOME": str(folder)}
        own["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        driver = [program("WebKitWebDriver"), f"--port={port}"]
        self.process = subprocess.Popen(driver, env=os.environ | own, stderr=subprocess.DEVNULL)
        self.address = f"http://127.0.0.1:{port}/session"
        browser = str(next(Path("/usr").glob("lib*/**/webkit2gtk-*/MiniBrowser")))
        options = {"binary": browser, "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self.address += "/" + patiently(lambda: self.ask("", wanted))["sessionId"]
        self.ask("/timeouts", {"script": 1000 * PATIENCE})
        self.ask("/window/rect", WINDOW)

    def ask(self, path, parameters=None):
        """Return the answer to a command."""
        body = None if parameters is None else json.dumps(parameters).encode()
        with urlopen(Request(self.address + path, body), timeout=2 * PATIENCE) as answer:
            return json.load(answer)["value"]

    def open(self, address):
        """Open a page."""
        self.ask("/url", {"url": address})

    def run(self, script):
        """Run a script that calls its last argument, and return what with."""
        return self.ask("/execute/async", {"script": script, "args": []})

    def picture(self, *, full=False):
        """Return a picture of what is in sight, or of the whole page, for which the window grows."""
        if full:
            high = self.run("arguments[0](document.documentElement.scrollHeight)")
            self.ask("/window/rect", WINDOW | {"height": min(high, TALLEST)})
        taken = base64.b64decode(self.ask("/screenshot"))
        if full:
            self.ask("/window/rect", WINDOW)
        return taken

    def close(self):
        """End the browser and its screen."""
        for process in (self.process, self.screen):
            with process:
                process.terminate()


def program(*names):
    """Return the path of the first of these programs that the system has."""
    paths = [path for name in names if (path := shutil.which(name))]
    if not paths:
        raise pytest.UsageError(f"no {names[0]}: Debian's are in firefox-esr, webkit2gtk-driver and xvfb")
    return paths[0]


def patiently(attempt):
    """Return what an attempt gives as soon as it succeeds: a program that starts says nothing of it."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return attempt()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.fixture(scope="session", params=[Firefox, WebKit], ids=["firefox", "webkit"])
def engine(request, tmp_path_factory):
    """Return a browser that draws with an engine other than Chromium's."""
    browser = request.param(tmp_path_factory.mktemp("home"))
    yield browser
    browser.close()
