"""Several desks: fetching, meeting, handing over."""
