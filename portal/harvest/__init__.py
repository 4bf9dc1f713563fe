"""Harvesting another portal (汇集): its change feed is read, and its items come into a column of this one.

`fetching` asks the other portal, politely and within bounds; `applying` brings one item to the state that it has
there; `running` goes through what changed and keeps the cursor.
"""
