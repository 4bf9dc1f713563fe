"""How things move and when they are late: everything that changes a state goes through `workflows.engine.fire`.

- `definitions/*.toml` the workflows, files that a clerk could read; `engine` loads, checks and runs them
- `guards` the conditions that definitions name; `effects` what a transition brings about
- `access` who may do what: one table
- `followers` bring what is derived up to date, from the journal
"""
