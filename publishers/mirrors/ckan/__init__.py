"""CKAN 2.10 and newer as a place that shows what the ledger holds."""
