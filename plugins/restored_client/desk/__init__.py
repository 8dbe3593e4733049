"""What a person sees and does about one restoration, without widgets: plan edits, previews, history, sentences, translations."""
