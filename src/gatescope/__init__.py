"""Gatescope: see inside recurrent networks.

``gatescope.core`` is the numerics (NumPy, knows no HTTP), ``gatescope.server`` the REST API and
the page. The four folders beside this file are links to the repository's top level, so a checkout
and an installed wheel are imported by the same names.
"""

__version__ = "0.1.0"
