"""How the pages' kernels behave: quiet, and figures as SVG without a date."""

import sys

from ipykernel.iostream import OutStream

c = get_config()  # noqa: F821  IPython defines it for its configuration files

c.IPKernelApp.log_level = 40
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
c.InlineBackend.rc = {}

# Nobody debugs a page while it is built, and to load the debugger takes a fifth of a kernel's start.
sys.modules["debugpy"] = None

# A cell's text goes out in one piece at its end. Sent every 0.2 s, it breaks in the middle of a
# line on a busy machine, and myst-nb puts a line break where the pieces meet.
OutStream.flush_interval = 3600
