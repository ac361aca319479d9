# Tokens, the wallet and the catalog.

token-state-active = active
token-state-shared = shared
token-state-used = used
token-state-expired = expired
token-state-disputed = disputed
token-state-removed = removed
