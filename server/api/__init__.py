"""One router a noun. Each is a function from the services to a router; only `app` wires."""
