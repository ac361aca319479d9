# The look-up.

lookup-crumb = Look-up
lookup-crumb-ticket = Look-up for { $number }
lookup-greeting-morning = Good morning, { $name } · { $employee } · Tier { $tier }
lookup-greeting-afternoon = Good afternoon, { $name } · { $employee } · Tier { $tier }
lookup-greeting-evening = Good evening, { $name } · { $employee } · Tier { $tier }
lookup-for-ticket = Find the customer of { $number } “{ $subject }”
lookup-field = Customer
lookup-placeholder = e-mail, first and last name, mobile, or partner user_id
lookup-hint-empty = One field for all four; what you type is recognised. { $key } opens the form.
lookup-hint-settled = Type to look somebody else up. ↑ ↓ choose, enter opens the account; backspace edits what stands here; esc for other keys.
lookup-hint-hits = Letters are keys here. { $key } goes back to the field, to look somebody else up.
lookup-label-look-up = Look up
lookup-label-another = Look up another
lookup-label-keys = Other keys
lookup-hint-typed = Will be looked up as { $reading }.
lookup-hint-or = { $first }, else as { $second }
lookup-reading-email = e-mail address
lookup-reading-email-prefix = beginning of an e-mail address
lookup-reading-mobile = mobile number
lookup-reading-mobile-last4 = last four digits of a mobile number
lookup-reading-user_id = partner user_id
lookup-reading-name = first and last name
lookup-reading-any-name = first or last name
lookup-pane = customers
lookup-found = { $count ->
    [one] 1 found
   *[other] { $count } found
}
lookup-found-more = the best { $count }; there are more: type more of it
lookup-understood = as { $reading }
lookup-idle = Nothing looked up yet.
lookup-none = Nobody fits “{ $asked }”.

    Check the spelling: a name also fits by its beginning or with one letter wrong; an e-mail address by its first three characters; a mobile number by its last four digits.

    Or try another field: the e-mail address instead of the name, or the partner user_id from the customer's app.
lookup-failed-hint = What was found before stays below. { $key } tries again.
lookup-col-name = name
lookup-col-fit = fit
lookup-col-email = e-mail
lookup-col-mobile = mobile
lookup-col-place = city
lookup-col-user = user_id
lookup-col-joined = joined
lookup-fit-exact = exact
lookup-fit-prefix = begins so
lookup-fit-similar = similar
lookup-form-title = Look up by fields
lookup-form-email = E-mail
lookup-form-first = First name
lookup-form-last = Last name
lookup-form-mobile = Mobile
lookup-form-user = Partner user_id
lookup-form-one = Fill one way: e-mail, name, mobile or user_id. { $key } goes back to the one line.
lookup-form-two-ways = Two ways are filled in; empty one of them, then Enter searches.
lookup-say-where = Look-up.
lookup-say-field = Search field: { $text }
lookup-say-hit = Row { $at } of { $count }: { $name }, { $fit }, e-mail { $email }, mobile { $mobile }, { $place }, user_id { $user }, joined { $joined }
lookup-say-keys-field = Enter looks up. Escape goes to what was found.
lookup-say-keys-hits = Enter opens the account. { $key } goes back to the field.
lookup-why-asked = You looked for “{ $asked }”.
lookup-why-exact = It fits exactly, apart from capital letters.
lookup-why-prefix = It begins with what you typed.
lookup-why-similar = It is a typing error away from what you typed.
lookup-why-masked = E-mail, mobile and user_id are masked: opening the account and confirming it needs none of them. They can be revealed there with a reason.
