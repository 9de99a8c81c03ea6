"""Reading a server's dialect: what each exchange says about the questions of the catalogue."""
