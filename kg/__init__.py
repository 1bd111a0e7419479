"""sitgraph as a library: annotated reports in, a graph with evidence out. Knows nothing of the web.

:func:`kg.pipeline.ingest` is where to start reading.
"""
