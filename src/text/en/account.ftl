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
account-revealed = { $value } · { $seconds }s
account-head = tickets open: { $open } · { $counts } · joined { $joined }
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
token-why-step = { $state }? { $answer }: { $fact }
token-why-step-plain = { $state }? { $answer }
token-why-active = It is in the wallet, not used and not shared, and its last moment has not passed.
token-why-shared = It was handed on to somebody and not used since.
token-why-used = It was redeemed.
token-why-expired = Its last moment has passed before it was used.
token-why-disputed = A dispute about it is open.
token-why-removed = It was taken out of the wallet.
token-why-allowed = possible now.

verify-title = What does the caller say? { $whose }
verify-line = It is compared with what is stored, without showing it. A match confirms the account; failed tries are limited and audited.
verify-field = Which field
verify-value = The caller says
verify-hint = whole; of an address the street or the zip code is enough
verify-verb = Compare
verify-field-missing = Choose a field by its digit.
verify-value-missing = Write what the caller says.
verify-match = Match: { $field }. The account is confirmed.
verify-no-match = No match: this is not what is stored. { $left ->
    [0] No more tries in this hour.
    [one] One more try in this hour.
   *[other] { $left } more tries in this hour.
}

reveal-title = Reveal a field of { $whose }?
reveal-line = It is shown for a short while on the card. Who saw it, when and why is audited.
reveal-field = Which field
reveal-verb = Reveal
reveal-done = { $field } is shown for { $seconds } seconds.
reveal-not-said = { $field } was revealed, but is not said aloud in this mode.

note-title = Case note on { $whose }
note-title-token = Case note on “{ $offer }”
note-line = For people behind the desk only; the customer never sees it.
note-text = Note
note-verb = Save
note-missing = Write something first.
note-done = The note is saved.

# The wallet as it was.
wallet-title-past = tokens as of { $when }
past-banner = THE PAST: the wallet as of { $when }, { $ago }.
past-change = Latest change then: { $what } { $about }, { $when }.
past-more = { $count ->
    [one] and one other
   *[other] and { $count } others
}
past-keys = Actions are off.   { $earlier } Before   { $later } After   { $moment } Another moment   { $present } Now
past-no-action = This is the past ({ $when }): nothing can be changed there. { $key } goes back to now.
past-is-now = This is the wallet as it is now.
past-nothing = Nothing has ever changed in this wallet.
past-first = This is the first change of the wallet; before it there was nothing.
past-back = That was the latest change: this is now again.
moment-title = As of which moment?
moment-head = Shown now: { $at }. Times are meant in { $zone }.
moment-hint = A day and a time (2026-11-12 14:05), a day (its end is meant), yesterday, -3d, -2h, or now.
moment-means = That is { $when }.
moment-now = now
moment-not = This is no moment; write one such as 2026-11-12 14:05, 2026-11-12, yesterday or -3d.
moment-ahead = This lies ahead; only what has been can be looked at.
moment-keys = { $confirm } Show   { $back } Leave
