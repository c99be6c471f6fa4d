//! Taint over the summaries. Reserved: nothing is here yet.
