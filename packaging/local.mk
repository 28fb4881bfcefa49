# packaging: what is shipped and installed from here
