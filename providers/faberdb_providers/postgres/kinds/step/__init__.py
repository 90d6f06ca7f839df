"""Raw steps of a project: SQL for what no difference between two catalogues can say."""
