# Tickets.

ticket-status-open = open
ticket-status-assigned = assigned
ticket-status-in_progress = in progress
ticket-status-waiting_customer = waiting for customer
ticket-status-waiting_internal = waiting inside
ticket-status-resolved = resolved
ticket-status-closed = closed

priority-low = low
priority-medium = medium
priority-high = high
priority-urgent = urgent

message-public = public
message-internal = internal
