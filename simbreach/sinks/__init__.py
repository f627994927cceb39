"""Where batches are written: Parquet parts and DuckDB files."""
