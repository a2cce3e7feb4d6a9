"""Leave out what is said of another product: "the HP I had ran hot" is no complaint about ours."""

import re

_OTHERS = re.compile(
    r"(?:以前|之前|原来|过去|上一台|上一个|旧的?那?)(?:用|买)?(?:的|过)?(?:那|那个|那台|牌子|笔记本|本本|手机|电脑)"
    r"|(?:别的|其他|其它|另外一个|另一个)(?:牌子|品牌|厂家|型号|店)"
    r"|^(?:而|但|但是)?(?:朋友|同事|同学|别人|邻居)(?:家|那)?(?:的|那台|那个|买的)"
    r"|^(?:hp|ibm|dell|acer|sony|apple|thinkpad|惠普|戴尔|联想|华硕|宏碁|神舟|索尼|三星|苹果|小米|华为)那(?:个|台|款|种)"
    r"|\b(?:my|our|the) (?:old|previous|last|former) (?:one|ones|brand|laptop|phone|machine|coffee|tea|food)\b"
    r"|\b(?:most |many |some |all )?(?:the )?other (?:brands?|companies|products|kinds) (?:i|we|are|is|taste|tasted|have|has|were|was|that|on|out|can|do|don't|use)\b"
    r"|\bi (?:used to|always) (?:buy|use|drink|eat|order|get) (?!it\b|this\b|these\b|them\b)"
)
_COMPARES = re.compile(
    r"比|不如|没有.{0,12}[强好大快重]|一样|差不多|胜过|超过"
    r"|\b(?:than|unlike|compared?|like|as good|same|beats?|instead|blows?|rival\w*)\b"
)


def speaks_of_another(clause: str) -> bool:
    """Whether a normalised clause speaks of another product only, not comparing it with this one."""
    return bool(_OTHERS.search(clause)) and not _COMPARES.search(clause)
