"""The ontology as a product: read, checked, reasoned over, documented, and what is generated from it.

``source`` reads ``ontology/*.ttl``. On it stand, blind to each other: ``generated`` (``kg/vocab.py`` and the JSON-LD
context), ``annotators`` (configurations of annotation tools), ``lint`` (OWL 2 DL, and the axioms that the rules execute),
``laws`` (queries that must find nothing), ``reason`` (HermiT), ``shapes`` (SHACL), ``published`` (the syntaxes) and
``documentation``. ``checks`` puts the checks together: of the ontology alone, and of a store.
"""
