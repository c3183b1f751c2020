"""Who may do what: identities and roles, tokens and sessions, second factors, partners' clients."""
