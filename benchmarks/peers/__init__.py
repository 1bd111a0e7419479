"""Other programs that map tables to RDF, made to write the very quads that ``kg.tables`` writes of a GED table.

They are given a list of templates (:mod:`benchmarks.peers.ged`) and, as their source, the columns that sitgraph has staged,
with identifiers, digests and finished terms in them (:mod:`benchmarks.peers.staged`): neither RML nor OTTR has words for
SHA-256 over canonical JSON, dates with a precision, or a gazetteer. So what is hard is done for them, and is not in their
time. Each has an own module, which runs in the environment where that program is installed and imports nothing of ``kg``.
"""
