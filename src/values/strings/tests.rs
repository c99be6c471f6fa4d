//! Strings followed through small programs.
