"""The tamper-evident record of every act, alert, verdict, view and erasure."""
