# The account card, verification and revealing.

ticket-unassigned = nobody yet
ticket-card-status = Status
ticket-card-priority = Priority
ticket-card-assignee = Assignee
ticket-card-opened = Opened

account-crumb = Account
account-email = e-mail
account-mobile = mobile
account-address = address
account-user = user_id
account-joined = joined
account-open-tickets = open tickets
account-tokens = { $count ->
    [one] 1 token
   *[other] { $count } tokens
}
account-notes = { $count ->
    [one] 1 case note
   *[other] { $count } case notes
}
account-head = joined { $joined } · tickets open: { $open } · { $counts }
account-unconfirmed = Is this the right account? { $key } confirms it.
account-confirmed-at = Confirmed as the right account at { $when }.
account-confirmed = Confirmed: this is the right account.
account-ticket-of-another = { $number } belongs to another customer: it was not linked to this account.
account-link-failed = The ticket was not linked to the account. { $why }
account-say-where = Account of { $name }.
account-say-keys = { $open } opens the token, { $add } adds one, { $filter } filters.

wallet-title = tokens
wallet-empty = This wallet is empty. Nothing was ever claimed or added.
wallet-nothing-fits = No token fits the query. { $key } changes it.
wallet-say-row = Row { $at }: { $row }
detail-title = detail

token-why-order = The state follows from dates and facts at this moment: removed before an open dispute, before used, before shared, before expired, before active.
token-why-active = It is in the wallet, not used and not shared, and its last moment has not passed.
token-why-shared = It was handed on to somebody and not used since.
token-why-used = It was redeemed.
token-why-expired = Its last moment has passed before it was used.
token-why-disputed = A dispute about it is open.
token-why-removed = It was taken out of the wallet.
token-why-allowed = possible now.
