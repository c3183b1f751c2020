"""The control plane: which tenants there are, where each lives, and how a transaction is bound to one."""
