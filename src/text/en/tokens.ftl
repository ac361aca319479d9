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
