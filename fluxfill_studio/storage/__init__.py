"""What is kept on this machine: files, folders and the packaged resources."""
