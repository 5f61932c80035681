"""How the guides and the reference are built: `make docs`."""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import dosing  # noqa: E402
from docs import pages  # noqa: E402
from docs.agreement import PATIENTS  # noqa: E402

project = "dosing"
author = copyright = "the dosing contributors"
version = release = dosing.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["site-example/**"]

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["dosing.css"]
html_title = f"dosing {version}"
html_theme_options = {
    "footer_start": ["copyright"],
    "footer_end": [],
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
}
html_sidebars = {page: [] for page in ("protocol-owners", "analysts", "tutorial", "agreement")}
html_show_sourcelink = False
html_copy_source = False

napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_default_options = {"exclude-members": "set"}  # matplotlib gives every artist one
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
myst_heading_anchors = 3
suppress_warnings = ["ref.python"]  # what is offered at the top also lives in its room

# The tutorial runs at each build, and a cell that fails is a build that fails.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_in_temp = True
nb_ipywidgets_js = {}  # nothing is fetched from elsewhere; the tutorial has no widgets


def _tutorial(app) -> None:
    """Lay the analysts' notebook beside the pages: it lives where it is shipped from."""
    shutil.copyfile(HERE.parent / "notebooks" / "tutorial.ipynb", HERE / "tutorial.ipynb")


def _written(app, docname: str, source: list[str]) -> None:
    source[0] = pages.write(docname, source[0], app.config.agreement_patients)


def setup(app) -> None:
    app.add_config_value("agreement_patients", PATIENTS, "env")
    app.connect("builder-inited", _tutorial)
    app.connect("source-read", _written)
