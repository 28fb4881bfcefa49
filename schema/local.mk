# schema: what is shipped and installed from here
