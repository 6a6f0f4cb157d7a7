"""After a course: totals, another course, kidney slope, signals of the marrow, next samples."""
