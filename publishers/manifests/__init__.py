"""The forms a manifest comes in, YAML and the department's workbook: read, made, and given their codes back."""
