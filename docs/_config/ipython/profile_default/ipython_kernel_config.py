"""How the pages' kernels behave: quiet, and with figures for the page and to take away, without a date."""

import base64
import io
import sys

from ipykernel.iostream import OutStream

c = get_config()  # noqa: F821  IPython defines it for its configuration files

c.IPKernelApp.log_level = 40
c.InlineBackend.figure_formats = set()  # the function below stands for them
c.InlineBackend.rc = {}


def for_the_page_and_to_take_away(figure):
    """Return a figure as SVG whose text is text, for the page, and as PNG of twice the size it has there.

    The metadata hold it as SVG with outlines for letters, which looks the same wherever it is opened. All
    three are cut along one box, and are laid out once, as that takes as long as to draw.
    """
    import matplotlib as mpl

    figure.set_dpi(192)  # that of the PNG, a pixel of the page being 1/96 inch: its letters are measured once
    figure.draw_without_rendering()
    box = figure.get_tightbbox().padded(mpl.rcParams["savefig.pad_inches"])

    def printed(**how):
        file = io.BytesIO()
        figure.canvas.print_figure(file, dpi=192, bbox_inches=box, **how)
        return file.getvalue()

    svg = {"format": "svg", "metadata": {"Date": None}}
    with mpl.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
        text = printed(**svg).decode()
        # A map is an image of a pixel a cell. A browser is told to keep the edges, which other programs blur.
        for image in (image for axes in figure.axes for image in axes.images):
            image.set_interpolation("nearest")
        png = printed(format="png")
        mpl.rcParams["svg.fonttype"] = "path"
        outlines = printed(**svg).decode()
    width, height = (round(96 * side) for side in box.size)
    about = {"image/png": {"width": width, "height": height}, "outlines": outlines}
    return {"image/svg+xml": text, "image/png": base64.b64encode(png).decode()}, about


c.MimeBundleFormatter.deferred_printers = {("matplotlib.figure", "Figure"): for_the_page_and_to_take_away}

# Nobody debugs a page while it is built, and to load the debugger takes a fifth of a kernel's start.
sys.modules["debugpy"] = None

# A cell's text goes out in one piece at its end. Sent every 0.2 s, it breaks in the middle of a
# line on a busy machine, and myst-nb puts a line break where the pieces meet.
OutStream.flush_interval = 3600
