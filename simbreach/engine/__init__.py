"""From a profile to rows: plan, columns, batches, habits, defects."""
