"""The headless twin, flux-stress: a thin shell over engine and reports."""
