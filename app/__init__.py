"""The Streamlit pages, the command line and the web server."""

import os

# NumPy's linear algebra starts a thread for each core when it is imported, which costs each command 0.05 s and more,
# and nothing here has matrices that are worth a thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
