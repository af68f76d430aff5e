"""The table and the plots under the photo and the viewport."""
