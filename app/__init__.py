"""The Streamlit pages, the command line and the web server."""
