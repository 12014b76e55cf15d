"""What an actor is called: a sentence, and the name of the one who speaks in it."""

import pytest

from streams.extraction import Extractor
from tests.unit.test_extraction import run

NAMES = {
    "a verb, and no case of a title's letter": ("دفع القصف المئات إلى الفرار، وقالت طهران إن الطريق مفتوح.", "طهران"),
    "who gave testimony": ("وبحسب شهادات الجيران، فإن السيارة كانت مسرعة.", "الجيران"),
    "whose words it is in another's account": ("وورد في أقوال زوجة القتيل أنه خرج صباحا ولم يعد.", "زوجة القتيل"),
    "committees, whose first letter is no particle": (
        "قالت لجان مقاومة الخرطوم، إن القوات أطلقت النار على المتظاهرين.",
        "لجان مقاومة الخرطوم",
    ),
    "a colonel behind an office whose words look like verbs": (
        "قال مدير أمن تبوك العقيد زيد الشمري إن المتهم اعترف.",
        "زيد الشمري",
    ),
    "a king behind the courtesy": ("وقال صاحب الجلالة الملك محمد السادس إن المغرب يسير.", "محمد السادس"),
    "the spokesman of an institution that sounds like a woman's office": (
        "وقال المتحدث باسم المؤسسة سامي الحداد إن الطريق مفتوح.",
        "سامي الحداد",
    ),
    "a governor behind an adviser's title that he has too": (
        "وقال مستشار خادم الحرمين الشريفين، أمير منطقة مكة المكرمة، الأمير سامي الحداد إن الطريق مفتوح.",
        "سامي الحداد",
    ),
    "a centre, not the study that it made": ("وأجرى المركز دراسة ميدانية وقال إن النتائج مقلقة.", "المركز"),
    "a minister, not the speech that he ended": ("وختم الوزير حديثه قائلا: القانون عادل.", "الوزير"),
    "somebody's brother": ("وقال أخو الضحية سامي الحداد إن الشرطة تأخرت.", "أخو الضحية سامي الحداد"),
    "the lawyer of a prisoner": ("وقالت محامية السجين سامي الحداد إن موكلها بريء.", "محامية السجين سامي الحداد"),
    "the lawyer of an activist": (
        "قال محامي الناشط علاء سيف إن موكله بريء من التهم.",
        "محامي الناشط علاء سيف",
    ),
    "a name with a hashtag's sign": ("وقال الرئيس دونالد #ترامب إن الطريق مفتوح.", "دونالد ترامب"),
    "reports of the media, no person": ("وذكرت تقارير إعلامية أن الاتفاق قريب.", "تقارير إعلامية"),
    "who issued a statement of another kind": (
        "وأكد التقرير السنوي لمنظمة الصحة العالمية أن الأسعار ارتفعت.",
        "منظمة الصحة العالمية",
    ),
    "God, with praise behind": ("وقال الله تعالى: «وقل اعملوا».", "الله"),
    "the Prophet, with praise behind": ("قال رسول الله صلى الله عليه وسلم: «إنما الأعمال بالنيات».", "النبي"),
    "a name beside which و is no conjunction": ("وقال محامي وائل عباس إن موكله بريء.", "محامي وائل عباس"),
    "the speaker, not the local medium that he speaks to": (
        "خالد العمر، أحد سكان الحي، قال لعنب بلدي إن المياه مقطوعة منذ أسبوع.",
        "خالد العمر",
    ),
    "the particle of وفقا لـ": ("وانخفضت الأسعار هذا العام، وفقا لسلطات المطارات.", "سلطات المطارات"),
    "a paper by how often it appears": ("وأبرزت يومية الصباح أن الوزير استقال.", "يومية الصباح"),
    "a person behind a title whose adjective looks like a verb": (
        "وقال المتحدث الرسمي باسم الأجهزة الأمنية الفلسطينية اللواء سامي الحداد إن الوضع هادئ.",
        "سامي الحداد",
    ),
    "the king behind his title": (
        "وأعرب خادم الحرمين الشريفين الملك سلمان بن عبدالعزيز عن شكره للجميع.",
        "سلمان بن عبدالعزيز",
    ),
    "not the king whose adviser it is": (
        "وقال مستشار العاهل السعودي الملك سلمان إن المشروع بدأ.",
        "مستشار العاهل السعودي الملك سلمان",
    ),
    "a person behind a title with a place": (
        "أكد المدير العام للتعليم بمنطقة نجران ناصر بن سليمان المنيع أن الدراسة ستنطلق.",
        "ناصر بن سليمان المنيع",
    ),
    "a name without what only its typesetting adds": ("أكـــد الوزيرُ سامي الحـدّادُ أن الطريق مفتوح.", "سامي الحداد"),
    "a person behind a title with an adjective": (
        "وأكد عضو المكتب السياسي سامي الحداد أن الطريق مفتوح.",
        "سامي الحداد",
    ),
    "an institution by its head alone": (
        "اجتمعت لجنة التدقيق البيئي أمس في لندن. وقالت اللجنة إن التقرير جاهز.",
        "لجنة التدقيق البيئي",
    ),
    "an institution by its head alone, whose statement it is": (
        "اجتمعت لجنة التدقيق البيئي أمس. وذكر بلاغ للجنة أن العمل جار.",
        "لجنة التدقيق البيئي",
    ),
    "one of two who were named together": (
        "اشتبكت الشرطة والمسلحون قرب السوق مساء أمس. وقالت الشرطة إن الهدوء عاد إلى المدينة.",
        "الشرطة",
    ),
    "an institution, without its lawyer's name": (
        "عاد محامي الصحيفة أكين أتالاي إلى المدينة أمس. وقالت الصحيفة إن المحاكمة سياسية.",
        "الصحيفة",
    ),
    "a team by its head alone, which is a rank too": (
        "عرض فريق التحقيق الدولي المشترك نتائجه في لاهاي. وأوضح الفريق أن الصاروخ روسي.",
        "فريق التحقيق الدولي المشترك",
    ),
    "not the pronoun behind a name": (
        "وما يزيد من القلق كما يقول لالونغ هو أن الهجمات الأخيرة قد شنت بأسلحة متطورة.",
        "لالونغ",
    ),
    "who made the study": (
        "وأظهرت دراسة حديثة أجرتها جامعة ديوك الأميركية أن النوم يقوي الذاكرة.",
        "جامعة ديوك الأميركية",
    ),
    "somebody's lawyer is not he": (
        "وصل نجيب رزاق إلى المحكمة صباح أمس. وقال محامي نجيب إن الأدلة ضعيفة.",
        "محامي نجيب",
    ),
    "a name that begins like a particle": ("وقالت كيلي كاري إن المفاوضات مستمرة.", "كيلي كاري"),
    "the source behind the medium that quotes it": (
        "أعلن التلفزيون الرسمي نقلا عن مصدر أمني أن الطريق مفتوح.",
        "مصدر أمني",
    ),
    "not the broadcaster spoken to": ("وقال مسؤول محلي لبي بي سي إن الطريق مفتوح.", "مسؤول محلي"),
    "the adviser of somebody, behind a particle": (
        "وهذا تنازل كبير لروما، وفقا لمستشاري ماكرون.",
        "مستشاري ماكرون",
    ),
    "a spokesman is not who he speaks for": (
        "وقال المتحدث باسم الرئيس مون إن القمة ستعقد غدا.",
        "المتحدث باسم الرئيس مون",
    ),
    "a name before the spokesman's title": (
        "وقال شتيفان سايبيرت، المتحدث باسم ميركل للصحفيين، إن الحكومة تتابع الأمر.",
        "شتيفان سايبيرت",
    ),
    "whose campaign it is": (
        "وذكرت مديرة حملة هيلاري كلينتون أن النتائج جيدة.",
        "مديرة حملة هيلاري كلينتون",
    ),
    "two of one cue, with their titles": (
        "وقال وزير المالية محمد الجدعان ومحافظ البنك أحمد الخليفي إن الاقتصاد قوي.",
        "وزير المالية محمد الجدعان ومحافظ البنك أحمد الخليفي",
    ),
    "somebody's son is not he": ("وأكد نجل الرئيس حسني مبارك أن والده بخير.", "نجل الرئيس حسني مبارك"),
    "a deputy is": ("وقال نائب الرئيس مايك بنس إن القرار نهائي.", "مايك بنس"),
    "whom another is called": ("وقال أحد السكان يدعى إبراهيم الجوفي إن الماء انقطع.", "إبراهيم الجوفي"),
    "who issued the statement, behind لل": (
        "وذكر بلاغ للمديرية العامة للأمن الوطني أن عناصر الشرطة أوقفت شخصين.",
        "المديرية العامة للأمن الوطني",
    ),
    "with initials": ("وقال المتحدث باسم الوزارة، جي.آي. باراتا، إن المطار مغلق.", "جي.آي. باراتا"),
    "with two titles, the second joined": (
        "وتشير منى فتحي الأثرية المصرية ومديرة معابد الكرنك، إلى أن تلك الظاهرة تحتاج لمزيد من الدراسة.",
        "منى فتحي",
    ),
    "not whose university it is": (
        "واعتبر السيد محمد اللبار أستاذ التاريخ بجامعة سيدي محمد بن عبد الله بفاس أن المملكة من أشهر البلدان.",
        "محمد اللبار",
    ),
    "not what describes a paper behind its quoted name": (
        "ذكرت مجلة «فرانس فوتبول» المختصة في كرة القدم أن أندية أوروبية تهتم باللاعب.",
        "مجلة فرانس فوتبول",
    ),
    "not the institution of a source": (
        "قال مصدر رفيع بمدينة الملك فهد الطبية إن إجراءات التوظيف تسير على نحو إلكتروني.",
        "مصدر رفيع بمدينة الملك فهد الطبية",
    ),
    "behind whom the bearer of a title works for": (
        "وقال المدرب الفرنسي لريال مدريد الإسباني زين الدين زيدان إن الفريق جاهز.",
        "زين الدين زيدان",
    ),
    "behind what a spokesman speaks for": (
        "وقال المتحدث الإعلامي لجوازات منطقة جازان النقيب عبدالرحمن الأسمري إن الحملة مستمرة.",
        "عبدالرحمن الأسمري",
    ),
    "one of somebody's advisers is not he": ("قال أحد مستشاري الحريري إن الاستقالة نهائية.", "أحد مستشاري الحريري"),
    "one of several, who is named": ("وأكد أحد المتهمين سامي الحداد أنه بريء.", "سامي الحداد"),
    "the lawyer of one whose name is quoted": (
        'قال محامي "كريستيانو رونالدو" إن الوثائق مزورة.',
        "محامي كريستيانو رونالدو",
    ),
    "not the one whom another speaks to": (
        "وقالت رئيسة الحكومة البريطانية تيريزا ماي لنظيرها الإسرائيلي بنيامين نتانياهو إن التصعيد يقلق الجميع.",
        "تيريزا ماي",
    ),
    "somebody's mother is not he": (
        "وقالت والدة الشهيد سامي الحداد إن القرية كلها حضرت.",
        "والدة الشهيد سامي الحداد",
    ),
    "his father is": ("وقال والده الراحل سامي الحداد إن القرية كلها حضرت.", "سامي الحداد"),
    "with a name that God's ends": (
        "وقال رئيس مجلس إدارة المؤسسة المهندس مصطفى صنع الله إن الخزانات ممتلئة.",
        "مصطفى صنع الله",
    ),
    "one of two who were taken for one": (
        "التقى كانغ وبومبيو في سيول أمس. وقال بومبيو إن الولايات المتحدة مستعدة للمساعدة. وعاد بومبيو مساء.",
        "بومبيو",
    ),
    "not with what it published": (
        "ونشر البيان أسماء المعتقلين في القضية. وقال البيان إن المحاكمة ستبدأ غدا.",
        "البيان",
    ),
    "sources near somebody are not he": (
        "قالت المصادر القريبة من الحريري إن الاستقالة نهائية.",
        "المصادر القريبة من الحريري",
    ),
    "some who are near him are not he": ("قال مقربون من الحريري إنه تلقى اتصالا.", "مقربون من الحريري"),
    "somebody's critics are not he": ("أكد منتقدو دوتيرتي أن تصريحاته مرفوضة.", "منتقدو دوتيرتي"),
    "somebody's manager is not she": ("وقال مدير أعمال مادونا إن الحفل في موعده.", "مدير أعمال مادونا"),
    "behind the town of his office": (
        "قال مدير جمعية الثقافة والفنون بجدة عمر الجاسر إن الحفل ناجح.",
        "عمر الجاسر",
    ),
    "with his byname": ("قال الرئيس الفلسطيني محمود عباس (أبو مازن) إن القرار مرفوض.", "محمود عباس"),
    "who begins with و, behind a verb": ("وقالت وطن دحلة إن القانون مرفوض.", "وطن دحلة"),
    "without the conjunction": ("الجميع صامتون، والبعض يقول إن الحل قريب.", "البعض"),
    "with a word that begins like a conjunction": ("وقال واحد من المتظاهرين إن الحل قريب.", "واحد من المتظاهرين"),
    "two sources, not the one of them who is known": (
        "تحركت الشرطة الكينية أمس. وقالت الشرطة ومنظمة الصليب الأحمر إن الآلية مرت فوق لغم.",
        "الشرطة ومنظمة الصليب الأحمر",
    ),
    "a source and some who are not named": (
        "نشر المرصد السوري لحقوق الإنسان أرقامه أمس. وأضاف المرصد وشهود أن العشرات أصيبوا.",
        "المرصد وشهود",
    ),
    "a ministry of two matters": ("وقالت وزارة التربية والتعليم إن المدارس مفتوحة.", "وزارة التربية والتعليم"),
    "the king, not his son": (
        "وصل ولي العهد الأمير محمد بن سلمان أمس. وقال الملك سلمان إن الأمن مستتب.",
        "سلمان",
    ),
    "the channel named last, as its pronoun has it": (
        "التقى الوزير سامي الحداد فريق قناة الغد. وقالت الأخيرة إن المقابلة طويلة.",
        "قناة الغد",
    ),
    "whose name begins with و, in quotation marks": ('وقالت "واي نو" إن الحكومة تتقدم.', "واي نو"),
    "whose first name is spelt like a conjunction": (
        "وقالت رئيسة بلدية باريس آن هيدالغو إن السباحة ممكنة.",
        "آن هيدالغو",
    ),
    "who begins with ب, behind a verb": ("وقالت بنينا شور إن المخطوطة قديمة.", "بنينا شور"),
    "a hashtag": ("وقال #وزير_الصحة سامي الحداد إن اللقاح متوفر.", "سامي الحداد"),
}


@pytest.mark.parametrize("construction", NAMES)
def test_the_actor_is_called(extractor: Extractor, construction: str) -> None:
    body, expected = NAMES[construction]
    assert [s.actor.name for s in run(extractor, body).statements] == [expected]


def test_the_name_of_an_institution_goes_on_behind_its_task(extractor: Extractor) -> None:
    body = "اجتمعت اللجنة الحكومية لتتبع الانتخابات أمس. وذكر بلاغ للجنة أن العمل جار."
    assert [s.actor.name for s in run(extractor, body).statements] == ["اللجنة الحكومية لتتبع الانتخابات"]


def test_the_role_of_an_officer_holds_his_grade(extractor: Extractor) -> None:
    body = "وقال اللواء ركن سامي الحداد إن الطريق مفتوح."
    assert [s.actor.role for s in run(extractor, body).statements] == ["اللواء ركن"]


@pytest.mark.parametrize("name", ["الأمم المتحدة", "البنك المركزي"])
def test_a_name_behind_li_is_called_as_it_is(extractor: Extractor, name: str) -> None:
    body = f"بحسب تقرير ل{name[1:]}، فإن نصف السكان يعانون الجوع. وحذر التقرير من كارثة إنسانية."
    assert [s.actor.name for s in run(extractor, body).statements] == [name, name]


def test_a_name_that_nobody_knew_stands_behind_its_title_and_a_comma(extractor: Extractor) -> None:
    body = "أكد الكاتب الأردني، رحيل محمد غرايبة، أن التجربة متقدمة. وأضاف غرايبة أن الأمر صعب."
    actors = [s.actor for s in run(extractor, body).statements]
    assert [(a.name, a.role) for a in actors] == [("رحيل محمد غرايبة", "الكاتب الأردني")] * 2


def test_who_is_only_referred_back_to_is_nobody_new(extractor: Extractor) -> None:
    body = "قال محمد فقيهي أستاذ القانون بجامعة فاس إن الحملة محدودة. وأضاف المتحدث ذاته أن الأمر عادي."
    assert [s.actor.name for s in run(extractor, body).statements] == ["محمد فقيهي"] * 2


STATES = {
    "قالت إيران إنها لن تتراجع. وأضافت طهران أن العقوبات لن تثنيها.": "organization:ايران",
    "قالت واشنطن إنها سترد. وتعهدت الولايات المتحدة الأميركية بالدفاع عن حلفائها.": "organization:الولايات-المتحده",
    "قال الاتحاد الأوروبي إنه سيرد. وانتقدت بروكسل القرار.": "organization:الاتحاد-الاوروبي",
    "قالت المملكة العربية السعودية إنها سترد. وأضافت الرياض أن القرار نهائي.": "organization:السعوديه",
}


@pytest.mark.parametrize("body", STATES)
def test_a_capital_speaks_for_its_state(extractor: Extractor, body: str) -> None:
    spoken = run(extractor, body).statements
    assert len(spoken) == 2 and {s.actor.id for s in spoken} == {STATES[body]}


def test_a_club_is_no_capital(extractor: Extractor) -> None:
    body = "فاز الفريق في كتالونيا أمس. وأعلن برشلونة أن اللاعب مصاب."
    assert [s.actor.id for s in run(extractor, body).statements] == ["organization:برشلونه"]


MEDIA = {
    "وقال الوزير سامي الحداد إن الأمر انتهى، وفقا لوكالة رويترز.": "وكالة رويترز",
    'وقال الوزير سامي الحداد إن الأمر انتهى، بحسب "عكاظ".': '"عكاظ"',
    "وكانت وكالة رويترز قد ذكرت، نقلا عن مسؤولين، أن الأمر انتهى.": "وكالة رويترز",
    "وكانت وكالة تاس قد نقلت عن الوزير سامي الحداد قوله إن الأمر انتهى.": "وكالة تاس",
    "وقال الوزير سامي الحداد إن الأمر قد يتغير، بحسب الأوضاع الاقتصادية المتجددة.": None,
}


@pytest.mark.parametrize("body", MEDIA)
def test_what_relays_is_a_medium_called_as_it_is(extractor: Extractor, body: str) -> None:
    assert run(extractor, body).statements[0].via == MEDIA[body]


def test_a_servant_of_god_is_one_however_his_name_is_spelt(extractor: Extractor) -> None:
    body = "قال حسام عبدالغفار إن الطريق مفتوح. وأضاف عبد الغفار أن الحملة تبدأ غدا."
    assert [s.actor.name for s in run(extractor, body).statements] == ["حسام عبدالغفار"] * 2
