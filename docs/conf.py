"""How the guides and the reference are built: `make docs`."""

import dosing

project = "dosing"
copyright = "the dosing contributors"
version = release = dosing.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["site-example/**"]
html_theme = "alabaster"
html_theme_options = {"description": "Anticoagulant dosing and titration", "page_width": "1080px"}
html_show_sourcelink = False
html_copy_source = False
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
myst_heading_anchors = 3
suppress_warnings = ["ref.python"]  # what is offered at the top also lives in its room
