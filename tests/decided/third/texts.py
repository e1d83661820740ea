"""Free texts used by make.py, with the clear-cut reading truth.py uses. (text, True/False)"""
REFUND = [
 ("The drawer arrived with a dent and does not close.", 0),
 ("We ordered two by accident, one is still sealed in the box.", 0),
 ("It took three weeks to arrive, by then we had bought elsewhere.", 0),
 ("You charged our card twice for the same order, please check.", 0),
 ("Not the colour shown on the site. Would like the money back please.", 0),
 ("Staff find it too big for our counter. Thanks for your help so far!", 0),
 ("Our accountant says this does not match the quote.", 0),
 ("The scanner doesn't read our labels although the page says it should.", 0),
 ("Third time I ask. If this isn't settled by Friday our lawyer will write to you.", 1),
 ("I will simply dispute the payment with my bank and do a chargeback.", 1),
 ("Refund this or you will read about it on every review site and on our social media.", 1),
 ("My solicitor has been informed and is ready to take this further.", 1),
]
CLAIM = [
 ("Screen stays black after the last update.", 0, "display"),
 ("Touch does not react in the lower left corner.", 0, "display"),
 ("Prints half the receipt and then stops.", 0, "printer"),
 ("Paper cover no longer clicks shut.", 0, "printer"),
 ("Battery only lasts about an hour now.", 0, "battery"),
 ("Does not charge on the dock, works on the cable.", 0, "battery"),
 ("Loses wifi several times per day.", 0, "connectivity"),
 ("Card reader says 'try again' for every second card.", 0, "card_reader"),
 ("Fell off the counter, glass cracked.", 0, "accidental_damage"),
 ("A colleague spilled coffee over it and now the keys stick.", 0, "accidental_damage"),
 ("There was smoke coming out of the vents this morning, we unplugged it.", 1, "other"),
 ("The battery is swollen and pushes the back cover open.", 1, "battery"),
 ("Our cashier got an electric shock when touching the metal frame.", 1, "other"),
 ("Smells of burning plastic and the power plug has a scorch mark.", 1, "other"),
]
LEAD = [
 ("Just looking around for now, what does your product do about stock?", 0),
 ("Do you integrate with our bookkeeping package?", 0),
 ("Saw your stand, liked the handheld scanner.", 0),
 ("We are opening soon and comparing a few systems.", 0),
 ("Is there a brochure?", 0),
 ("", 0),
 ("Could we get a demo next week for me and my partner?", 1),
 ("Please send a quote for three terminals with printers.", 1),
 ("I'd like someone to show me the system in a live demo.", 1),
 ("What would it cost us? We need a written quotation for the board.", 1),
]
EXIT = [
 ("Too expensive for what we used.", 0),
 ("Support took days to answer.", 0),
 ("We moved to the system our franchise prescribes.", 0),
 ("Nothing wrong, we just simplified our setup.", 0),
 ("The new owner prefers another supplier.", 0),
 ("", 0),
 ("Missing loyalty cards was the reason for us.", 0),
 ("When our internet drops the tills stop. Without an offline mode we can't stay.", 1),
 ("We sell in euros and pounds and your system could only do one currency.", 1),
 ("Great people, but we really needed to work offline at markets.", 1),
]
LEARNER = [
 ("", 0), ("", 0), ("", 0), ("", 0), ("", 0), ("", 0),
 ("Prefers morning sessions.", 0),
 ("Asked for Spanish subtitles.", 0),
 ("Works Mondays to Wednesdays.", 0),
 ("On parental leave until January.", 1),
 ("Off sick since early November.", 1),
]
def flag(table, text):
    return next(bool(t[1]) for t in table if t[0] == text)
