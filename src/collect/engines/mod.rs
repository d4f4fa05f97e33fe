//! Container engines: they decorate what the kernel shows with names, and never decide what is there.
