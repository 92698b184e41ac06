"""The hosted service: the wire format of the Apiframe v2 API, and the client that speaks it."""
