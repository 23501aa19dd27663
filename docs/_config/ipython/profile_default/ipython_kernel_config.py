"""How the pages' kernels behave: quiet, and figures as SVG without a date."""

c = get_config()  # noqa: F821  IPython defines it for its configuration files

c.IPKernelApp.log_level = 40
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
c.InlineBackend.rc = {}
