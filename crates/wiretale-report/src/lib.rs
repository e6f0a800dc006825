//! Logs, summaries and reports of what wiretale saw
