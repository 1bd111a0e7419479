"""The web side of sitgraph: a thin shell around :mod:`kg`, which it imports and which never imports it."""
