# What screens say of themselves in --linear.
