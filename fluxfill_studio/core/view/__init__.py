"""What a view shows of a picture: where it lies, its reduced levels, its pixels on the screen."""
