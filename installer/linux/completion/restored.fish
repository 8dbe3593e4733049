# fish: what comes next is asked of the program itself
complete --command restored --arguments "(env _RESTORED_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args _TYPER_COMPLETE_ARGS=(commandline -cp) restored 2>/dev/null)" --condition "env _RESTORED_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=is-args _TYPER_COMPLETE_ARGS=(commandline -cp) restored 2>/dev/null"
