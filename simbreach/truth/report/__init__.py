"""How real a dataset is: counted in SQL over its files, its truth and the reference tables, shown on a page.

Imports nothing of the generator (engine, population, identifiers): what made the data does not judge it.
"""
