# Tokens, the wallet and the catalog.

token-state-active = active
token-state-shared = shared
token-state-used = used
token-state-expired = expired
token-state-disputed = disputed
token-state-removed = removed

offer-type-promotion = promotion
offer-type-coupon = coupon
offer-type-reward = reward
offer-type-gift = gift
offer-type-sample = sample

token-dispute-open = open
token-dispute-upheld = upheld: the customer was right
token-dispute-rejected = rejected

token-never-expires = never
token-shared-to = { $when } to { $to }
token-reissued-from = replaces …{ $id }
token-reissued-to = replaced by …{ $id }
token-fact-value = value
token-fact-claimed = claimed
token-fact-expires = expires
token-fact-used = used
token-fact-shared = shared
token-fact-removed = removed
token-fact-dispute = dispute
token-fact-merchant = merchant
token-fact-location = location
token-fact-source = source
token-fact-campaign = campaign
token-fact-reference = reference
token-fact-offer = offer
token-fact-image = image
token-fact-reissue = reissue
token-fact-description = about

token-event-claimed = claimed by the customer
token-event-shared = shared
token-event-used = used
token-event-expired = expired
token-event-removed = removed
token-event-added = added
token-event-reissued_from = issued in the place of another
token-event-reissued_to = reissued
token-event-note = note

token-col-state = state
token-col-name = name
token-col-type = type
token-col-value = value
token-col-merchant = merchant
token-col-claimed = claimed
token-col-expires = expires
token-col-used = used
token-col-campaign = campaign
token-say = { $name }, { $state }, { $value }, { $merchant }, claimed { $claimed }, expires { $expires }
token-none-selected = No token is selected.

verb-this-account = this account
verb-reason-missing = Choose a reason by its digit, or write at least three characters.
verb-add-title = Add to the wallet of { $whose }?
verb-add-line = “{ $offer }” · { $value } · { $merchant }
verb-add-effect = It goes into the wallet now, expires: { $expires }. The customer is notified.
verb-add-verb = Add
verb-add-done = Added “{ $offer }” to the wallet of { $whose } · the customer is notified
verb-remove-title = Remove from the wallet of { $whose }?
verb-remove-line = “{ $offer }” · { $value } · { $merchant } · { $state }, claimed { $claimed } · { $reference }
verb-remove-effect = It leaves the wallet now; its history stays. The customer is notified.
verb-remove-verb = Remove
verb-remove-done = Removed “{ $offer }” from the wallet of { $whose } · the customer is notified
verb-reissue-title = Reissue for { $whose }?
verb-reissue-line = “{ $offer }” · { $value } · { $merchant } · { $state }, claimed { $claimed } · { $reference }
verb-reissue-effect = A new one with a new date goes into the wallet now. This one stays in history and can not be reissued again. The customer is notified.
verb-reissue-verb = Reissue
verb-reissue-done = Reissued “{ $offer }” for { $whose }, expires { $expires } · the customer is notified
verb-changed = { $name } was { $old }, is { $new }
verb-changed-other = something that is not shown

token-crumb = Token
token-history-pane = history and notes
token-history-title = What happened, newest first

catalog-crumb = Token search
catalog-title = offers for { $whose }
catalog-offer = offer
catalog-empty = No offer fits. Words search names and descriptions; try fewer of them, or only the merchant.
catalog-none-selected = No offer is selected.
catalog-if-added = if added
catalog-would-expire = expires { $expires }
catalog-valid = can be added
catalog-why-addable = It can be added now.
catalog-why-days = Added now, it expires { $days } days after, on { $expires }.
catalog-why-offer = Added now, it expires with the offer: { $expires }.
catalog-say-where = Token search for { $whose }.
catalog-say-row = Row { $at }: { $offer }, { $value }, { $merchant }, can be added until { $until }
catalog-say-keys = Enter adds the offer. { $key } changes the query.
catalog-say-keys-typing = Type what the offer is called. Enter goes to the offers; { $key } comes back.
offer-col-name = name
offer-col-type = type
offer-col-value = value
offer-col-merchant = merchant
offer-col-valid_until = until
offer-col-campaign = campaign
offer-col-location = location
