"""HTTP: the REST API under ``/api/v1``, its documentation, and the page. No arithmetic happens here."""
