# The account card, verification and revealing.

ticket-unassigned = nobody yet
ticket-card-status = Status
ticket-card-priority = Priority
ticket-card-assignee = Assignee
ticket-card-opened = Opened
